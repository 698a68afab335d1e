/**
 * Model folders in the layout of diffusers: a network's configuration, a scheduler's, and weights in one file or in shards.
 * Start at {@link io.bootdistill.internal.diffusers.DiffusersFolder}. Not for users: it may change in any release.
 */
package io.bootdistill.internal.diffusers;
