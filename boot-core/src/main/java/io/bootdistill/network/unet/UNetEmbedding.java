package io.bootdistill.network.unet;

import static io.bootdistill.internal.file.ConfigCheck.between;
import static io.bootdistill.internal.file.ConfigCheck.that;

import io.bootdistill.device.Activation;

/**
 * What a {@link ConditionalUNet} makes of everything but x and the tokens: the sum of an embedding of the time, of a class, and of
 * an addition. It is given to each residual block.
 */
public record UNetEmbedding(Time time, ClassCondition classes, Addition addition) {

    /**
     * The embedding of the time.
     *
     * @param channels of the embedding ({@code time_embedding_dim}), 1 … 2²⁰
     * @param freqShift 0 or 1
     * @param flipSinToCos whether cosines come first
     * @param postActivation what follows its second layer ({@code timestep_post_act})
     * @param sumActivation what follows the whole sum ({@code time_embedding_act_fn})
     * @param guidanceChannels of the embedding of a guidance scale ({@code time_cond_proj_dim}), an even number from 4; 0 where
     *     there is none
     */
    public record Time(
            int channels, int freqShift, boolean flipSinToCos, Activation postActivation, Activation sumActivation,
            int guidanceChannels) {

        public Time {
            between("time_embedding_dim", channels, 1, 1 << 20);
            between("freq_shift", freqShift, 0, 1);
            that(guidanceChannels == 0
                            || guidanceChannels >= 4 && guidanceChannels % 2 == 0
                                    && guidanceChannels <= ConditionalUNetConfig.MOST_CHANNELS,
                    "time_cond_proj_dim is " + guidanceChannels,
                    "an even number 4 … " + ConditionalUNetConfig.MOST_CHANNELS + ", or null");
        }

        boolean hasGuidance() {
            return guidanceChannels > 0;
        }
    }

    /** How a class enters ({@code class_embed_type}, {@code num_class_embeds}). */
    public sealed interface ClassCondition {

        /** There are no classes. */
        record None() implements ClassCondition {}

        /** One of {@code count} labels, each with a row of a table. */
        record Labels(int count) implements ClassCondition {

            public Labels {
                between("num_class_embeds", count, 1, 1 << 24);
            }
        }

        /** A number that is embedded like the time: a level of noise. */
        record Timestep() implements ClassCondition {}

        /** A vector as wide as the embedding. */
        record Identity() implements ClassCondition {}

        /** A vector of some channels, through two layers. */
        record Projection(int channels) implements ClassCondition {

            public Projection {
                requireProjected(channels);
            }
        }

        /** A vector of some channels, through one layer. */
        record SimpleProjection(int channels) implements ClassCondition {

            public SimpleProjection {
                requireProjected(channels);
            }
        }
    }

    /** What is added besides ({@code addition_embed_type}). */
    public sealed interface Addition {

        /** Nothing. */
        record None() implements Addition {}

        /** The tokens, pooled by attention with so many heads. */
        record Text(int heads) implements Addition {

            public Text {
                between("addition_embed_type_num_heads", heads, 1, ConditionalUNetConfig.MOST_CHANNELS);
            }
        }

        /**
         * A pooled vector of the text, and {@link #IDS} numbers that say of which size and part of a picture it is to be.
         *
         * @param timeChannels of the embedding of each number ({@code addition_time_embed_dim}), even
         * @param channels of all together ({@code projection_class_embeddings_input_dim})
         */
        record TextTime(int timeChannels, int channels) implements Addition {

            /** How many numbers there are: height, width, top, left, target height, target width, in pixels. */
            public static final int IDS = 6;

            public TextTime {
                requireProjected(channels);
                that(timeChannels >= 4 && timeChannels % 2 == 0 && IDS * (long) timeChannels < channels,
                        "addition_time_embed_dim is " + timeChannels,
                        "an even number from 4, " + IDS + " of which leave something of projection_class_embeddings_input_dim, "
                                + channels);
            }

            /** Channels of the pooled vector. */
            public int pooledChannels() {
                return channels - IDS * timeChannels;
            }
        }
    }

    private static void requireProjected(int channels) {
        between("projection_class_embeddings_input_dim", channels, 1, ConditionalUNetConfig.MOST_CHANNELS);
    }
}
