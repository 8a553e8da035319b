import { useEffect, useRef, useState } from "preact/hooks";
import { duration } from "../../../ui/format.js";
import { dictionary } from "../../../ui/i18n.js";
import { Icon } from "../../../ui/icons.js";
import { Failure } from "../../../ui/notices.js";
import type { InsideInput } from "../../../api/index.js";
import { toPcm } from "./pcm.js";
import { decodeClip, record, SAMPLE_RATE, type Recording } from "./record.js";

const t = dictionary(
  {
    choose: "Choose a clip",
    record: "Record",
    stop: "Stop and look inside",
    level: "Loudness",
    help: "Recordings stay on this machine: they go to the studio's own server alone.",
    recording: "Recording, {time}",
    chosen: "{name}, {time}",
    recorded: "Recording",
  },
  {
    choose: "选择音频文件",
    record: "录音",
    stop: "停止并查看",
    level: "音量",
    help: "录音不会离开本机：只发送给 Studio 自己的服务器。",
    recording: "正在录音，{time}",
    chosen: "{name}，{time}",
    recorded: "录音",
  },
);

/** Longer recordings end by themselves. */
const LONGEST_S = 20;

export function AudioInput({ onAudio }: { readonly onAudio: (audio: NonNullable<InsideInput["audio"]>) => void }) {
  const [recording, setRecording] = useState<Recording | null>(null);
  const [level, setLevel] = useState({ loudness: 0, seconds: 0 });
  const [told, setTold] = useState("");
  const [error, setError] = useState<unknown>(null);
  const now = useRef<Recording | null>(null);
  useEffect(() => () => now.current?.cancel(), []);
  const take = (name: string, samples: Float32Array) => {
    setTold(t("chosen", { name, time: duration(samples.length / SAMPLE_RATE) }));
    onAudio({ pcm: toPcm(samples), sampleRate: SAMPLE_RATE });
  };
  const attempt = async (work: () => Promise<void>) => {
    setError(null);
    try {
      await work();
    } catch (problem) {
      setError(problem);
    }
  };
  const begin = () =>
    attempt(async () => {
      now.current = await record((loudness, seconds) => {
        setLevel({ loudness, seconds });
        if (seconds >= LONGEST_S) void end();
      });
      setRecording(now.current);
    });
  const end = () =>
    attempt(async () => {
      const current = now.current;
      now.current = null;
      setRecording(null);
      if (current) take(t("recorded"), await current.end());
    });
  const open = (file: File | undefined) =>
    attempt(async () => {
      if (file) take(file.name, await decodeClip(await file.arrayBuffer()));
    });
  return (
    <div class="stack tight">
      <div class="row wrap">
        <label class="button file-button">
          <Icon name="file" />
          {t("choose")}
          <input
            type="file"
            accept="audio/*"
            class="visually-hidden"
            onChange={(event) => {
              void open(event.currentTarget.files?.[0]);
              event.currentTarget.value = ""; // the same file can be chosen again
            }}
          />
        </label>
        <button
          type="button"
          class={`button ${recording ? "primary" : ""}`}
          onClick={() => void (recording ? end() : begin())}
        >
          <Icon name={recording ? "stop" : "microphone"} />
          {t(recording ? "stop" : "record")}
        </button>
        {recording ? (
          <span class="row small" role="status">
            <meter class="level" min={0} max={1} value={level.loudness} aria-label={t("level")} />
            {t("recording", { time: duration(level.seconds) })}
          </span>
        ) : (
          <span class="small muted break" role="status">
            {told}
          </span>
        )}
      </div>
      {error ? <Failure error={error} /> : null}
      <span class="small muted">{t("help")}</span>
    </div>
  );
}
