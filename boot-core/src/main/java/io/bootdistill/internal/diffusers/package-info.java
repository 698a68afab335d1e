/**
 * Model folders in the layout of diffusers. A {@link io.bootdistill.internal.diffusers.DiffusersFolder} is a network with a
 * scheduler; a {@link io.bootdistill.internal.diffusers.PipelineFolder} is a whole pipeline of components, which a
 * {@link io.bootdistill.internal.diffusers.PipelineExport} writes again. Not for users: it may change in any release.
 */
package io.bootdistill.internal.diffusers;
