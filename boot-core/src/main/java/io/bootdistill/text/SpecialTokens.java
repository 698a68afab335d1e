package io.bootdistill.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a tokenizer that are not made of bytes.
 *
 * @param unknown stands for bytes that are no token; null if there is none
 * @param added those that a prompt may name
 */
record SpecialTokens(int start, int end, int pad, @Nullable Integer unknown, List<AddedToken> added) {}
