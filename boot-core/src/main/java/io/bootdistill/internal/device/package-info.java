/** What devices and their users share below the contract: ownership, argument checks, the layout of the optimiser's step. */
package io.bootdistill.internal.device;
