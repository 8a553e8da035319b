/** What a file from elsewhere may ask for before it is refused; each is far above what recurrent networks need. */
export const LIMITS = {
  /** Bytes of all entries of a zip file, unpacked. */
  unpackedBytes: 4e9,
  /** Unpacked over packed size of an entry: deflate itself cannot pass 1032, weights stay below 10. */
  zipRatio: 200,
  /** Below this many bytes an entry may have any ratio: an index full of spaces is no bomb. */
  zipSmall: 1e6,
  zipEntries: 100_000,
  /** Elements of one tensor. */
  elements: 2 ** 31,
  /** Dimensions of one tensor. */
  rank: 8,
  /** Values that a pickle may make; a state_dict of a thousand weights makes about 20,000. */
  pickleValues: 5_000_000,
  /** Layers, nodes or weights of a model. */
  nodes: 100_000,
  /** Axes of a tensor within an ONNX graph. */
  onnxRank: 16,
  /** ONNX messages within messages: an If within an If takes four. */
  onnxDepth: 100,
  /** Single fields, strings and messages of an ONNX file; a model of a thousand nodes has about 20,000. */
  onnxFields: 2_000_000,
  /** Numbers of an ONNX field that come one by one and not packed. */
  onnxLoose: 10_000,
  /** Bytes of all tensors that exist at one time while an ONNX graph is computed. */
  runBytes: 4e9,
  /** Layers of a Keras or TensorFlow.js model, each model within it for itself. */
  kerasLayers: 2000,
  /** HDF5 groups within groups; Keras makes about six. */
  hdf5Depth: 40,
  /** Bytes of memory that libhdf5 may take. */
  hdf5Memory: 2e9,
  /** Time for an HDF5 file, and what is read in a second beyond that. */
  hdf5Seconds: 8,
  hdf5BytesPerSecond: 2e6,
} as const;
