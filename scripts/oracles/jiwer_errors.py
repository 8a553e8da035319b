"""Word and character error rates of jiwer, for test/tasks/scores.

python scripts/oracles/jiwer_errors.py > test/fixtures/jiwer-errors.json   (with jiwer 4)
"""
import json
import random

import jiwer

rng = random.Random(7)
words = ["eins", "zwei", "drei", "vier", "fünf", "sechs", "你好", "seven", "a", "o'clock"]


def damaged(text):
    out = []
    for word in text:
        draw = rng.random()
        if draw < 0.12:
            continue
        out.append(rng.choice(words) if draw < 0.3 else word)
        if rng.random() < 0.12:
            out.append(rng.choice(words))
    return out


pairs = []
for _ in range(40):
    reference = [rng.choice(words) for _ in range(rng.randint(1, 9))]
    hypothesis = damaged(reference)
    pairs.append((" ".join(reference), " ".join(hypothesis)))
out = []
for reference, hypothesis in pairs:
    by_word = jiwer.process_words(reference, hypothesis)
    out.append({
        "reference": reference, "hypothesis": hypothesis, "wer": by_word.wer, "cer": jiwer.cer(reference, hypothesis),
        "substitutions": by_word.substitutions, "deletions": by_word.deletions, "insertions": by_word.insertions,
    })
references, hypotheses = map(list, zip(*pairs))
print(json.dumps({
    "source": f"scripts/oracles/jiwer_errors.py, jiwer {__import__('importlib.metadata').metadata.version('jiwer')}",
    "pairs": out, "wer": jiwer.wer(references, hypotheses), "cer": jiwer.cer(references, hypotheses),
}, ensure_ascii=False))
