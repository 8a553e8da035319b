/** Sound of the microphone or of a file as numbers from −1 to 1, one channel. */

/** What speech models hear; the server converts to what the model was trained on. */
export const SAMPLE_RATE = 16_000;

export interface Recording {
  /** Stops and gives what was heard. */
  end(): Promise<Float32Array>;
  cancel(): void;
}

/** Any sound that the browser can read, mixed to one channel at `SAMPLE_RATE`. */
export async function decodeClip(bytes: ArrayBuffer): Promise<Float32Array> {
  const sound = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(bytes);
  const offline = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * SAMPLE_RATE)), SAMPLE_RATE);
  const source = offline.createBufferSource();
  source.buffer = sound;
  source.connect(offline.destination);
  source.start();
  return (await offline.startRendering()).getChannelData(0);
}

/** @param onLevel told about 60 times a second: how loud it is, from 0 to 1, and for how long it has gone on */
export async function record(onLevel: (loudness: number, seconds: number) => void): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const context = new AudioContext();
  const listener = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(listener);
  const recorder = new MediaRecorder(stream);
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const ended = new Promise<void>((resolve) => (recorder.onstop = () => resolve()));
  const begun = performance.now();
  const window = new Float32Array(listener.fftSize);
  let frame = 0;
  const follow = () => {
    listener.getFloatTimeDomainData(window);
    onLevel(Math.max(...window.map(Math.abs)), (performance.now() - begun) / 1000);
    frame = requestAnimationFrame(follow);
  };
  const cancel = () => {
    cancelAnimationFrame(frame);
    if (recorder.state !== "inactive") recorder.stop();
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
  recorder.start();
  follow();
  return {
    cancel,
    async end() {
      cancel();
      await ended;
      return decodeClip(await new Blob(pieces).arrayBuffer());
    },
  };
}
