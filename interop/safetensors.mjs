/** The safetensors format in its two directions, as far as float32 goes: tensors are renamed here before they are read. */

/** @typedef {{ data: Float32Array, shape: number[] }} Stored */

/** @param {Uint8Array} bytes @returns {Map<string, Stored>} */
export function readSafetensors(bytes) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const { __metadata__: _, ...header } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const entries = /** @type {[string, any][]} */ (Object.entries(header));
  return new Map(
    entries.map(
      ([
        name,
        {
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        return [name, { data: new Float32Array(bytes.slice(8 + length + begin, 8 + length + end).buffer), shape }];
      },
    ),
  );
}

/** @param {ReadonlyMap<string, Stored>} tensors @returns {Uint8Array} */
export function writeSafetensors(tensors) {
  let at = 0;
  const header = [...tensors].map(([name, { data, shape }]) => {
    const begin = at;
    at += data.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, at] }];
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const bytes = new Uint8Array(8 + json.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  let to = 8 + json.length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), to);
    to += data.byteLength;
  }
  return bytes;
}
