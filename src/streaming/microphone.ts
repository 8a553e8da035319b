import { SluiceError } from "../util/errors.js";

export interface MicrophoneOptions {
  /** Where the worklet's script is, when a bundler does not place it beside this module. */
  worklet?: string | URL;
  /** Further wishes for `getUserMedia`, such as deviceId. Echo cancellation, noise suppression and gain control are off unless asked. */
  constraints?: MediaTrackConstraints;
}

/** An open microphone. */
export interface Microphone {
  /** Samples per second, as the device has it: the `inputRate` of `soundStream`. */
  readonly sampleRate: number;
  /** Lets go of the device. */
  stop(): Promise<void>;
}

/** What changes the sound in ways that no recording of training had. */
const AS_IT_IS = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/**
 * Opens the microphone of a page, by an AudioWorklet: `onSamples` gets blocks of about 20 ms, −1 to 1. Call it when the user has
 * clicked something; browsers give the microphone on https and on localhost only.
 * @throws SluiceError where the user refuses, or there is none
 */
export async function microphone(
  onSamples: (samples: Float32Array) => void,
  options: MicrophoneOptions = {},
): Promise<Microphone> {
  const { mediaDevices } = globalThis.navigator ?? {};
  if (!mediaDevices) throw new SluiceError("microphone: there is none here; a page needs https or localhost");
  const audio = { ...AS_IT_IS, ...options.constraints };
  const media = await mediaDevices.getUserMedia({ audio }).catch((cause: Error) => {
    throw new SluiceError(`microphone: the browser does not give it: ${cause.message}`, { cause });
  });
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(options.worklet ?? new URL("./worklet.js", import.meta.url));
    const samples = new AudioWorkletNode(context, "sluice-samples", { numberOfOutputs: 0 });
    samples.port.onmessage = ({ data }: MessageEvent<Float32Array>) => onSamples(data);
    context.createMediaStreamSource(media).connect(samples);
    await context.resume();
  } catch (error) {
    await close(media, context);
    throw error;
  }
  return { sampleRate: context.sampleRate, stop: () => close(media, context) };
}

async function close(media: MediaStream, context: AudioContext): Promise<void> {
  for (const track of media.getTracks()) track.stop();
  await context.close();
}
