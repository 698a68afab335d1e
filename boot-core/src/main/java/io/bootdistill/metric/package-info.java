/** Measures of a student that need no data: its samples against the teacher's on the same noise. */
package io.bootdistill.metric;
