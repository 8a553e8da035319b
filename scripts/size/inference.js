// A page that loads a trained GRU model and runs it.
import { dense, gru, loadModel } from "sluice/inference";

export const load = (url) => loadModel(url, { layers: [gru, dense] });
