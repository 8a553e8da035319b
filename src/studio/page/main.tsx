import "./style.css";
import { render } from "preact";
import { App } from "./app.js";
import { startSession } from "./session.js";

void startSession();
render(<App />, document.querySelector("#app")!);
