import { useEffect, useRef, useState } from "preact/hooks";
import { dictionary } from "../../ui/i18n.js";
import { Icon } from "../../ui/icons.js";
import { fromPcm } from "./input/pcm.js";
import type { InsideState } from "./state.js";

const t = dictionary({ listen: "Listen", quiet: "Stop listening" }, { listen: "试听", quiet: "停止试听" });

/** Plays the clip that went in; the playhead goes along. */
export function Listen({ state }: { readonly state: InsideState }) {
  const audio = state.seen.value?.audio;
  const [on, setOn] = useState(false);
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), [audio]);
  if (!audio) return null;
  const start = () => {
    const context = new AudioContext();
    const samples = fromPcm(audio.pcm);
    const buffer = context.createBuffer(1, Math.max(1, samples.length), audio.sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    const begun = context.currentTime;
    let frame = 0;
    const follow = () => {
      const share = (context.currentTime - begun) / buffer.duration;
      state.playhead.goTo(Math.floor(share * state.steps.value));
      frame = requestAnimationFrame(follow);
    };
    stop.current = () => {
      cancelAnimationFrame(frame);
      stop.current = () => undefined;
      setOn(false);
      void context.close();
    };
    source.onended = () => stop.current();
    state.playhead.pause();
    source.start();
    follow();
    setOn(true);
  };
  return (
    <button type="button" class="button" aria-pressed={on} onClick={() => (on ? stop.current() : start())}>
      <Icon name={on ? "stop" : "sound"} />
      {t(on ? "quiet" : "listen")}
    </button>
  );
}
