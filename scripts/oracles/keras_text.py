"""What Keras's own Tokenizer and pad_sequences give, for test/data/text/.

TextVectorization runs on TensorFlow's string operations only. Its part follows the steps of Keras 3.15's text_vectorization.py
and index_lookup.py with Python's bytes in their place: bytes.lower() and bytes.split() know ASCII only, as tf.strings.lower and
tf.strings.split do by default, and NumPy's lexsort is the call of Keras itself.

pip install keras jax; python scripts/oracles/keras_text.py > test/fixtures/keras-text.json
"""
import collections
import json
import os
import re
import sys

os.environ["KERAS_BACKEND"] = "jax"
import numpy as np
from keras.src.legacy.preprocessing.text import Tokenizer
from keras.utils import pad_sequences

TRAINING = [
    "The cat sat on the mat. The END!",
    "constructor __proto__ and toString, the hasOwnProperty;\tdon't\nstop",
    "ÀÉ straße ΑΣ и Ёлка 中文 test -- cat cat",
    "",
    ["Given", "as", "Words", "cat", "cat."],
    "repeat repeat repeat oov OOV mat",
]
NEW = ["the unknown cat on __proto__ constructor", "", "valueOf toString END end", ["Words", "nowhere", "cat"], "oov mat cat cat"]
OPTIONS = [
    {},
    {"num_words": 5},
    {"oov_token": "<OOV>"},
    {"oov_token": "oov"},
    {"num_words": 6, "oov_token": "<OOV>"},
    {"lower": False},
    {"filters": "ae."},
    {"split": "t"},
    {"split": "at", "filters": " "},
    {"char_level": True},
    {"char_level": True, "lower": False, "oov_token": "?", "num_words": 12},
    {"num_words": 1},
]


def tokenizing(options, times):
    t = Tokenizer(**options)
    # Twice: a second call adds to the counts of the first.
    for part in np.array_split(np.arange(len(TRAINING)), times):
        t.fit_on_texts([TRAINING[i] for i in part])
    sequences = t.texts_to_sequences(NEW)
    strange = [[0, 1, 2, 3], [99999, 5, 4, 2], [], [6, 6, 1, 0]]
    return {
        "options": options,
        "times": times,
        "word_counts": list(t.word_counts.items()),
        "word_docs": sorted(t.word_docs.items()),
        "word_index": list(t.word_index.items()),
        "document_count": t.document_count,
        "sequences": sequences,
        "texts": t.sequences_to_texts(sequences),
        "strange": strange,
        "strange_texts": t.sequences_to_texts(strange),
        "matrices": {m: t.texts_to_matrix(NEW, mode=m).tolist() for m in ("binary", "count", "tfidf", "freq")},
    }


ROWS = [
    [[1], [2, 3], [4, 5, 6]],
    [[], [1, 2, 3, 4, 5], [-7]],
    [[], []],
    [[1.75, -1.75, 3], [2.5]],
    [[[1, 2], [3, 4]], [], [[5, 6]]],
]


def padding():
    for rows in ROWS:
        for maxlen in (None, 1, 2, 4):
            for pad in ("pre", "post"):
                for cut in ("pre", "post"):
                    for value, dtype in ((0, "int32"), (-1.5, "float32"), (2.75, "int32"), (0.1, "float64")):
                        got = pad_sequences(rows, maxlen=maxlen, padding=pad, truncating=cut, value=value, dtype=dtype)
                        yield {
                            "rows": rows,
                            "options": {"maxLen": maxlen, "padding": pad, "truncating": cut, "value": value, "dtype": dtype},
                            "shape": list(got.shape),
                            "values": got.ravel().tolist(),
                        }


ADAPTED = [
    "The cat, the CAT & the mat; don't [UNK] stop!",
    "constructor __proto__ constructor ÀÉ àé straße\u00a0x",
    "z y x \ufffd \U0001f600 中文 ё Ё",
    "",
    " tab\tand\nfeed\x0bhere \x1f cat",
]
CALLED = ["the Cat unknown MAT mat", "", "__proto__ proto \U0001f600 constructor", "àé ÀÉ"]


def vectorizing(standardize, split, mode, max_tokens):
    def tokens(text):
        t = text.encode()
        if "lower" in standardize:
            t = t.lower()
        if "strip" in standardize:
            t = re.sub(rb"""[!"#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']""", b"", t)
        if split == "character":
            return [c.encode() for c in t.decode()]
        return t.split() if split == "whitespace" else [t]

    rows = [tokens(t) for t in ADAPTED]
    counts = collections.Counter(t for row in rows for t in row)
    docs = collections.Counter(t for row in rows for t in set(row))
    del counts[b""], counts[b"[UNK]"]
    names, numbers = np.array(list(counts.keys()), dtype=object), np.array(list(counts.values()))
    order = np.lexsort((names, numbers))[::-1]
    first = 2 if mode == "int" else 1
    vocabulary = [names[i] for i in order][: max_tokens and max_tokens - first]
    index = {t: i + first for i, t in enumerate(vocabulary)}
    called = [tokens(t) for t in CALLED]
    if mode == "int":
        length = max(len(row) for row in called)
        out = [[0 if t == b"" else index.get(t, 1) for t in row] + [0] * (length - len(row)) for row in called]
    else:
        out = np.zeros((len(called), len(vocabulary) + 1), "float32")
        for i, row in enumerate(called):
            for t in row:
                if t != b"":
                    out[i, index.get(t, 0)] += 1
        if mode == "multiHot":
            out = (out > 0).astype("float32")
        if mode == "tfIdf":
            idf = np.log(1 + len(rows) / (1 + np.array([docs[t] for t in vocabulary]))).astype("float32")
            out = out * np.concatenate([[idf.mean()], idf])
        out = out.tolist()
    special = ["", "[UNK]"] if mode == "int" else ["[UNK]"]
    return {
        "options": {"standardize": standardize, "split": split, "outputMode": mode, "maxTokens": max_tokens},
        "vocabulary": special + [t.decode() for t in vocabulary],
        "output": out,
    }


json.dump(
    {
        "training": TRAINING,
        "new": NEW,
        "tokenizing": [tokenizing(o, times) for o in OPTIONS for times in (1, 2)],
        "padding": list(padding()),
        "adapted": ADAPTED,
        "called": CALLED,
        "vectorizing": [
            vectorizing(standardize, split, mode, most)
            for standardize in ("lower_and_strip_punctuation", "lower", "strip_punctuation", "none")
            for split in ("whitespace", "character", "none")
            for mode in ("int", "multiHot", "count", "tfIdf")
            for most in (None, 5)
        ],
    },
    sys.stdout,
    ensure_ascii=False,
    separators=(",", ":"),
)
