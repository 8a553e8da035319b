/** What is used of fft.js 4, which brings no types. */
declare module "fft.js" {
  class FFT {
    /** @param size a power of two, at least 2 */
    constructor(size: number);
    /** Of `size` real numbers; writes re and im by turns for the bins 0 … size/2, and leaves the others as they are. */
    realTransform(out: Float64Array, data: Float64Array): void;
  }
  export = FFT;
}
