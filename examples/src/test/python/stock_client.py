"""Opens a pipeline's folder with diffusers, draws from the same noise as `boot sample`, and compares.

    boot sample --model DIR --prompt TEXT [--prompt TEXT ...] --noise NOISE.safetensors --steps K --guidance W --out OURS.safetensors
    python stock_client.py DIR NOISE.safetensors OURS.safetensors --steps K --guidance W --prompt TEXT [--prompt TEXT ...]

DeepFloyd IF takes the text states of the folder, no text encoder; --images and --noise-level as of `boot sample`, seed 0. Models of
pixels and classes have no pipeline that passes labels: their scheduler is stepped here. What a scheduler noises anew it noises with
the numbers of `boot sample`, whose seeds are those of the pictures, from 0.

Needs torch, transformers and diffusers. Draws with DDIM where the folder's scheduler is another (but for LCM), or with the folder's
own by --own-scheduler: that of a one-step export. Prints the largest difference of the pictures in [0, 1].
"""
import argparse
import functools
import itertools

import torch
from diffusers import DDIMScheduler, DiffusionPipeline
from diffusers.schedulers import scheduling_lcm
from safetensors import safe_open
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
parser.add_argument("--own-scheduler", action="store_true")
parser.add_argument("--images")
parser.add_argument("--noise-level", type=int, default=250)
given = parser.parse_args()


def philox(seed, draw, count):
    """Philox 4x32-10 and the normal quantile: the library's normal numbers of a seed and a draw."""
    normals = []
    for block in range((count + 3) // 4):
        c0, c1, c2, c3, k0, k1 = block, draw, 0, 0, seed & 0xFFFFFFFF, seed >> 32
        for _ in range(10):
            p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
            c0, c1, c2, c3 = p1 >> 32 ^ c1 ^ k0, p1 & 0xFFFFFFFF, p0 >> 32 ^ c3 ^ k1, p0 & 0xFFFFFFFF
            k0, k1 = k0 + 0x9E3779B9 & 0xFFFFFFFF, k1 + 0xBB67AE85 & 0xFFFFFFFF
        normals += [c0, c1, c2, c3]
    return torch.special.ndtri((torch.tensor(normals[:count], dtype=torch.float64) + 0.5) / 2**32).float()


def of_pixels(noise):
    """Steps the scheduler of a model of pixels and classes, which are taken in turn."""
    labels = torch.tensor([given.labels[i % len(given.labels)] for i in range(len(noise))])
    pipe.scheduler.set_timesteps(given.steps)
    for t in pipe.scheduler.timesteps:
        with torch.no_grad():
            output = pipe.unet(noise, t, class_labels=labels).sample
        noise = pipe.scheduler.step(output, t, noise, return_dict=False)[0]
    return noise.div(2).add(0.5).clamp(0, 1)


def deep_floyd(noise):
    """Draws from text states; the pipelines take no noise but what they draw, so it is put in their way."""
    module = __import__(type(pipe).__module__, fromlist=["randn_tensor"])
    size = noise[0].numel()
    low = torch.stack([philox(i, 1 << 20, size) for i in range(len(noise))]).view_as(noise) if given.images else None
    drawn = iter([noise, low])
    module.randn_tensor = lambda shape, **_: next(drawn)
    states = f"{given.folder}/text_states.safetensors"
    with safe_open(states, "pt") as file:
        prompts = file.metadata()["prompts"].split("\n")
    rows = load_file(states)["states"].float()
    text = dict(prompt_embeds=torch.stack([rows[prompts.index(prompt)] for prompt in given.prompt]))
    if given.guidance > 1:
        text["negative_prompt_embeds"] = rows[prompts.index("")].expand(len(noise), -1, -1).contiguous()
    if given.images:
        text.update(image=load_file(given.images)["sample"], noise_level=given.noise_level)
    height, width = noise.shape[2:]
    found = pipe(**text, height=height, width=width, guidance_scale=given.guidance, output_type="pt", **steps)
    return found.images.div(2).add(0.5).clamp(0, 1)


pipe = DiffusionPipeline.from_pretrained(given.folder, dtype=torch.float32)
if getattr(pipe, "tokenizer", None) and pipe.tokenizer.model_max_length > 1 << 20:  # files that do not say
    pipe.tokenizer.model_max_length = pipe.text_encoder.config.max_position_embeddings
pipe.set_progress_bar_config(disable=True)
isIf = type(pipe).__name__.startswith("IF")
if not given.own_scheduler and type(pipe.scheduler).__name__ not in ("DDIMScheduler", "LCMScheduler"):
    # prediction of latents is never clipped; the index of the pipelines of Stable Diffusion counts from 1
    clipped = isIf and pipe.scheduler.config.clip_sample
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config, clip_sample=clipped)
    pipe.scheduler.register_to_config(variance_type="fixed_small")  # DDIM has no use for a learnt variance
    if clipped:  # the noise is what the clipped prediction leaves, as in DDPM
        pipe.scheduler.step = functools.partial(pipe.scheduler.step, use_clipped_model_output=True)
noise = load_file(given.noise)["noise"]
draws = itertools.count(1)  # 0 is the noise that is given
scheduling_lcm.randn_tensor = lambda shape, **_: (lambda draw: torch.stack(
    [philox(i, draw, noise[0].numel()) for i in range(len(noise))]).view(shape))(next(draws))
ours = load_file(given.ours)["sample"].div(2).add(0.5).clamp(0, 1)
steps = dict(num_inference_steps=given.steps)
if isIf:
    pictures = deep_floyd(noise)
elif type(pipe).__name__ in ("DDIMPipeline", "DDPMPipeline") and given.labels:
    pictures = of_pixels(noise)
elif given.prompt:
    pictures = pipe(given.prompt, latents=noise, guidance_scale=given.guidance, output_type="pt", **steps).images
else:
    generator = torch.Generator().manual_seed(given.generator)
    found = pipe(given.labels, guidance_scale=given.guidance, generator=generator, output_type="np", **steps) if given.labels \
        else pipe(batch_size=len(noise), generator=generator, output_type="np", **steps)
    pictures = torch.tensor(found.images).permute(0, 3, 1, 2)
difference = (pictures - ours).abs()
print(f"{given.folder}: {type(pipe).__name__}, {type(pipe.scheduler).__name__}, {given.steps} steps, guidance {given.guidance}: "
      f"largest difference {difference.max():.2e}, mean {difference.mean():.2e}")
