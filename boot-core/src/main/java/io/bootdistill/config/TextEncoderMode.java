package io.bootdistill.config;

/** What becomes of the text encoder of a teacher of prompts that is trained. */
public enum TextEncoderMode {
    /** It stays as it is: captions are encoded once. */
    FROZEN,
    /** It is trained, too: captions are encoded in every step. */
    TRAINED
}
