/** Other threads that run parts of the kernels on the same memory. */
export interface Team {
  /** Threads beside the calling one. */
  readonly size: number;
}
