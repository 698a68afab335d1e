/** What a model's samples of held-out noise are worth: against real images, and against the teacher's of the same noise. */
package io.bootdistill.examples.ruler;

