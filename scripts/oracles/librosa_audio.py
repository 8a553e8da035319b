"""WAV files by libsndfile, filters by scipy, mel and cepstra by librosa and numpy, for test/data/audio.

Python 3.11 or 3.12 (audioop); pip install librosa soundfile scipy
python scripts/oracles/librosa_audio.py > test/fixtures/librosa-audio.json
"""
import audioop
import base64
import io
import json

import librosa
import numpy as np
import scipy.fft
import scipy.signal
import soundfile

rng = np.random.default_rng(11)


def numbers(a, digits=9):
    return [float(f"{v:.{digits}g}") for v in np.asarray(a, dtype=float).ravel()]


def wav(subtype, channels, fmt="WAV"):
    x = rng.uniform(-0.9, 0.9, size=(7, channels))
    file = io.BytesIO()
    soundfile.write(file, x, 11025, format=fmt, subtype=subtype)
    back, rate = soundfile.read(io.BytesIO(file.getvalue()), dtype="float64", always_2d=True)
    return {
        "name": f"{fmt} {subtype} {channels}",
        "base64": base64.b64encode(file.getvalue()).decode(),
        "sampleRate": rate,
        "channels": channels,
        "samples": numbers(back.mean(axis=1), 12),
    }


wavs = [wav(s, c) for s in ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"] for c in (1, 2)]
wavs += [wav(s, 3, "WAVEX") for s in ["PCM_16", "PCM_24", "FLOAT"]]
codes = bytes(range(256))
g711 = {
    "alaw": np.frombuffer(audioop.alaw2lin(codes, 2), dtype="<i2").tolist(),
    "mulaw": np.frombuffer(audioop.ulaw2lin(codes, 2), dtype="<i2").tolist(),
}


def resampled(n, rate_from, rate_to):
    x = np.round(rng.uniform(-1, 1, size=n), 4)
    common = np.gcd(rate_from, rate_to)
    up, down = rate_to // common, rate_from // common
    half = 64 * max(up, down)
    h = scipy.signal.firwin(2 * half + 1, 0.955 / max(up, down), window=("kaiser", 8.96))
    y = scipy.signal.resample_poly(x, up, down, window=h)
    return {"from": rate_from, "to": rate_to, "x": x.tolist(), "y": numbers(y)}


ratios = [resampled(60, 8000, 16000), resampled(60, 16000, 8000), resampled(90, 44100, 16000), resampled(50, 8000, 11025)]

banks = []
for htk in (True, False):
    for norm in (None, "slaney"):
        m = librosa.filters.mel(sr=8000, n_fft=64, n_mels=6, fmin=50, fmax=3800, htk=htk, norm=norm, dtype=np.float64)
        banks.append({"scale": "htk" if htk else "slaney", "norm": norm or "none", "rows": [numbers(r, 12) for r in m]})

RATE = 8000
t = np.arange(1100) / RATE
signal = 0.4 * np.sin(2 * np.pi * (200 * t + 6000 * t**2)) + 0.05 * rng.normal(size=t.size)
signal[600:900] *= 0.01
pcm = np.round(signal * 32768).astype(int)
x = pcm / 32768


def frames(x, length, hop):
    return np.stack([x[i : i + length] for i in range(0, len(x) - length + 1, hop)])


def cepstra(logs, n, lifter, deltas):
    c = scipy.fft.dct(logs, type=2, norm="ortho", axis=-1)[:, :n]
    if lifter:
        c = c * (1 + lifter / 2 * np.sin(np.pi * np.arange(n) / lifter))  # The HTK Book, eq. 5.12
    parts = [c]
    for _ in range(deltas):
        parts.append(librosa.feature.delta(parts[-1], width=5, axis=0, mode="nearest"))  # HTK's, window 2
    return np.concatenate(parts, axis=1)


def melspec(center_mode, htk, norm, window):
    return librosa.feature.melspectrogram(
        y=x, sr=RATE, n_fft=256, win_length=200, hop_length=80, window=window, center=True, pad_mode=center_mode,
        power=2.0, n_mels=12, fmin=100, fmax=3500, htk=htk, norm=norm,
    ).T  # fmt: skip


window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(200) / 200)
power = np.abs(np.fft.rfft(frames(x, 200, 80) * window, 512)) ** 2
plain = np.log(power @ librosa.filters.mel(sr=RATE, n_fft=512, n_mels=40, htk=True, norm=None, dtype=np.float64).T + 1e-6)
clip = (plain - plain.mean(axis=0)) / plain.std(axis=0)
zeros = 10 * np.log10(melspec("constant", True, None, "hann") + 1e-6)
reflect = np.log10(melspec("reflect", False, "slaney", "hamming") + 1e-6)

print(
    json.dumps(
        {
            "source": f"librosa {librosa.__version__}, scripts/oracles/librosa_audio.py",
            "wavs": wavs,
            "g711": g711,
            "ratios": ratios,
            "banks": banks,
            "sampleRate": RATE,
            "pcm": pcm.tolist(),
            "power": numbers(power[5]),
            "plain": numbers(plain, 8),
            "clip": numbers(clip, 8),
            "zeros": numbers(zeros, 8),
            "reflect": numbers(reflect, 8),
            "mfcc": numbers(cepstra(plain, 13, 0, 0), 8),
            "liftered": numbers(cepstra(plain, 5, 22, 2), 8),
        },
        separators=(",", ":"),
    )
)
