/**
 * What surrounds a training: the folder that it writes, the time that it may take, and what identifies its teacher. Uses the
 * trainer; knows no listener and no model that a user holds.
 */
package io.bootdistill.internal.run;
