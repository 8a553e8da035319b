// A page that listens: the microphone's samples go through the network of examples/spot-digits.ts, or one that `sluice train --audio --listen` made, here in the page; no sound leaves it.
import { dense, dropout, gru, loadModel, masking, ready, setWasmSource } from "sluice/inference";
import { microphone, soundConfigOf, soundStream, type Microphone } from "sluice/streaming";

setWasmSource((file) => `/${file}`);
const find = (id: string) => document.querySelector<HTMLElement>(`#${id}`)!;
const [button, state, now, bars, heard] = ["listen", "state", "now", "bars", "heard"].map(find);
const model = await loadModel(new URL("/model.safetensors", location.href), { layers: [gru, dense, dropout, masking] });
const { labels } = soundConfigOf(model)!;
await ready(); // the kernels are here when the first sample comes

const meters = labels.map((label) => {
  const name = Object.assign(document.createElement("span"), { textContent: label });
  const meter = Object.assign(document.createElement("meter"), { max: 1, ariaLabel: label });
  bars!.append(name, meter);
  return meter;
});

let open: Microphone | null = null;
button!.addEventListener("click", async () => {
  try {
    if (open) await stop(open);
    else open = await listen();
    state!.textContent = open ? `listening at ${open.sampleRate} samples a second` : "";
    button!.textContent = open ? "Stop" : "Listen";
  } catch (error) {
    state!.textContent = (error as Error).message;
  }
});

async function listen(): Promise<Microphone> {
  let ears: ReturnType<typeof soundStream> | null = null;
  const opened = await microphone((samples) => ears?.push(samples), { worklet: "/worklet.js" });
  ears = soundStream(model, {
    inputRate: opened.sampleRate,
    onFrame: (smoothed) => smoothed.forEach((p, k) => (meters[k]!.value = p)),
    onDecision({ kind, label }) {
      now!.textContent = kind === "on" ? label : "";
      if (kind === "on") heard!.append(`${label} `);
    },
  });
  return opened;
}

async function stop(microphone: Microphone): Promise<void> {
  open = null;
  await microphone.stop();
}
