// Pipelined steps over one WebSocket: frames (RFC 6455, 5.2) are bytes made beforehand, answers are only counted.
import { connect } from "node:net";

const FEATURES = 40;

/** A client's frame is masked; a mask of zeros leaves the bytes as they are. @param {number} opcode @param {Buffer} payload */
function frame(opcode, payload) {
  const head = payload.length < 126 ? [payload.length | 0x80] : [126 | 0x80, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...head, 0, 0, 0, 0]), payload]);
}

const values = Array.from({ length: FEATURES }, (_, i) => Math.round(Math.sin(i) * 1e4) / 1e4);
const MESSAGES = {
  json: frame(1, Buffer.from(JSON.stringify({ values }))),
  float32: frame(2, Buffer.from(Float32Array.from(values).buffer)),
};

/** @param {{ port: number, seconds: number, format: "json" | "float32", window: number }} given as many messages are under way */
export function pipelined({ port, seconds, format, window }) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.write(
    `GET /v1/stream?answers=${format} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n`,
  );
  const message = MESSAGES[format];
  return new Promise((resolve, reject) => {
    let [sent, answered, open, rest, begun] = [0, 0, false, Buffer.alloc(0), 0];
    const fill = () => {
      const more = window - (sent - answered);
      // In pieces of a quarter of the window: neither side waits for the other, and a packet holds several messages.
      if (more < window / 4) return;
      socket.write(Buffer.concat(Array(more).fill(message)));
      sent += more;
    };
    socket.on("error", reject);
    socket.on("data", (data) => {
      rest = rest.length > 0 ? Buffer.concat([rest, data]) : data;
      if (!open) {
        const end = rest.indexOf("\r\n\r\n");
        if (end < 0) return;
        if (!rest.latin1Slice(0, 12).endsWith("101")) reject(new Error(rest.latin1Slice(0, end)));
        [open, begun, rest] = [true, performance.now(), rest.subarray(end + 4)];
      }
      let at = 0;
      for (let next = frameEnd(rest, at); next !== null; next = frameEnd(rest, at)) {
        if ((rest[at] & 15) < 8) answered += 1;
        at = next;
      }
      rest = rest.subarray(at);
      const elapsed = (performance.now() - begun) / 1000;
      if (elapsed < seconds) fill();
      else {
        socket.destroy();
        resolve({ perSecond: answered / elapsed, count: answered });
      }
      return;
    });
    const first = setInterval(() => {
      if (!open) return;
      clearInterval(first);
      fill();
    }, 1);
  });
}

/** Where the frame at `at` ends; null when it is not there whole. A server's frames are not masked. */
function frameEnd(bytes, at) {
  if (bytes.length < at + 4) return null;
  const short = bytes[at + 1] & 127;
  if (short === 127) throw new Error("an answer has more than 64 kB");
  const end = short === 126 ? at + 4 + bytes.readUInt16BE(at + 2) : at + 2 + short;
  return end <= bytes.length ? end : null;
}
