/** The report of a run: one HTML file with curves, pictures and a timing table that needs nothing else to be shown. */
package io.bootdistill.examples.report;

