/** Files of this library's own making. */
package io.bootdistill.internal.file;
