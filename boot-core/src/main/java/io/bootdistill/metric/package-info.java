/**
 * Measures of a student. Against the teacher's samples of the same noises, without data: {@link
 * io.bootdistill.metric.PairedError} and {@link io.bootdistill.metric.Diversity}. Against images, in the features of an
 * extractor of the user's: {@link io.bootdistill.metric.FrechetDistance} and {@link io.bootdistill.metric.PrecisionRecall}.
 * Arrays in, numbers out; nothing here knows of models.
 */
@NullMarked
package io.bootdistill.metric;

import org.jspecify.annotations.NullMarked;
