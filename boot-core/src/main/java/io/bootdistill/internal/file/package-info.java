/**
 * How this library reads and writes files, whatever they hold: written beside the target and renamed
 * ({@link io.bootdistill.internal.file.AtomicFiles}), JSON read strictly ({@link io.bootdistill.internal.file.Json}) and by
 * type ({@link io.bootdistill.internal.file.ConfigReader}). Not for users: it may change in any release.
 */
package io.bootdistill.internal.file;
