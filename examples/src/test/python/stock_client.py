"""Opens a pipeline's folder with diffusers, draws from the same noise as `boot sample`, and compares.

    boot sample --model DIR --prompt TEXT [--prompt TEXT ...] --noise NOISE.safetensors --steps K --guidance W --out OURS.safetensors
    python stock_client.py DIR NOISE.safetensors OURS.safetensors --steps K --guidance W --prompt TEXT [--prompt TEXT ...]

Needs torch, transformers and diffusers. Draws with DDIM where the folder's scheduler is another (but for LCM). Prints the largest
difference of the pictures in [0, 1].
"""
import argparse

import torch
from diffusers import DDIMScheduler, DiffusionPipeline
from safetensors.torch import load_file

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("noise")
parser.add_argument("ours")
parser.add_argument("--steps", type=int, required=True)
parser.add_argument("--guidance", type=float, required=True)
parser.add_argument("--prompt", action="append")
parser.add_argument("--labels", type=lambda text: [int(label) for label in text.split(",")])
parser.add_argument("--generator", type=int, help="seed of the noise, where a pipeline takes none: NOISE must be what it gives")
given = parser.parse_args()

pipe = DiffusionPipeline.from_pretrained(given.folder, dtype=torch.float32)
if hasattr(pipe, "tokenizer") and pipe.tokenizer.model_max_length > 1 << 20:  # files that do not say
    pipe.tokenizer.model_max_length = pipe.text_encoder.config.max_position_embeddings
pipe.set_progress_bar_config(disable=True)
if type(pipe.scheduler).__name__ not in ("DDIMScheduler", "LCMScheduler"):
    # prediction of latents is never clipped; the index of the pipelines of Stable Diffusion counts from 1
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config, clip_sample=False)
noise = load_file(given.noise)["noise"]
ours = load_file(given.ours)["sample"].div(2).add(0.5).clamp(0, 1)
steps = dict(num_inference_steps=given.steps)
if given.prompt:
    pictures = pipe(given.prompt, latents=noise, guidance_scale=given.guidance, output_type="pt", **steps).images
else:
    generator = torch.Generator().manual_seed(given.generator)
    found = pipe(given.labels, guidance_scale=given.guidance, generator=generator, output_type="np", **steps) if given.labels \
        else pipe(batch_size=len(noise), generator=generator, output_type="np", **steps)
    pictures = torch.tensor(found.images).permute(0, 3, 1, 2)
difference = (pictures - ours).abs()
print(f"{given.folder}: {type(pipe).__name__}, {type(pipe.scheduler).__name__}, {given.steps} steps, guidance {given.guidance}: "
      f"largest difference {difference.max():.2e}, mean {difference.mean():.2e}")
