/**
 * How the library fails. {@link io.bootdistill.error.BootDistillException} is what all its own exceptions have in common.
 *
 * <p><b>Reading</b> throws unchecked: whatever is wrong with a file, and whether it cannot be opened, is cut off or says
 * something that is not supported, is an {@link io.bootdistill.error.ModelFormatException}.
 *
 * <p><b>Writing</b> is a checked {@link java.io.IOException}: a full disk is nobody's mistake, and the caller has to say what
 * becomes of the work. The target is then as it was.
 */
@NullMarked
package io.bootdistill.error;

import org.jspecify.annotations.NullMarked;
