/** Runs in the audio thread of a page: hands on what the microphone hears, in blocks of about 20 ms. It stands alone; it imports nothing. */
export {};

/** What an AudioWorkletGlobalScope has (Web Audio API, clause 1.32), which the types of pages leave out. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Samples of a render quantum, at most what the standard says. */
const QUANTUM = 128;

class Samples extends AudioWorkletProcessor {
  readonly #size = Math.ceil((0.02 * sampleRate) / QUANTUM) * QUANTUM;
  #block = new Float32Array(this.#size);
  #filled = 0;

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    if (!channel) return true; // the source is silent
    for (let i = 0; i < channel.length; i++) {
      this.#block[this.#filled++] = channel[i]!;
      if (this.#filled === this.#size) this.#send();
    }
    return true;
  }

  #send(): void {
    this.port.postMessage(this.#block, [this.#block.buffer]);
    this.#block = new Float32Array(this.#size);
    this.#filled = 0;
  }
}

registerProcessor("sluice-samples", Samples);
