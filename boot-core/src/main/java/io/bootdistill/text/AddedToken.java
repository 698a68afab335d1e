package io.bootdistill.text;

/**
 * A token that a prompt may name, whatever stands around it.
 *
 * @param normalized whether it is looked for in the normalized text, so that case does not matter, or in the text as written
 */
record AddedToken(String content, int id, boolean normalized) {}
