/** Recipes compared on one teacher, with the same seeds and the same budget: runs, a table of what they came to, and plots. */
package io.bootdistill.examples.ablation;

