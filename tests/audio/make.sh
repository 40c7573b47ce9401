#!/bin/sh
# Makes the speech that the tests of src/basma listen to: 8 kHz, 16 bits, mono.
# Needs espeak-ng and python3; the tests need neither, because what this makes is kept here.
set -eu
cd "$(dirname "$0")"

say() { # file, voice, text
  espeak-ng -v "$2" -s 150 -w "$1.22k.wav" "$3"
  python3 - "$1" <<'PY'
import array, math, sys, wave

name = sys.argv[1]
with wave.open(name + ".22k.wav") as file:
    rate = file.getframerate()
    sound = array.array("h", file.readframes(file.getnframes()))
# Windowed sinc at 3.5 kHz, evaluated where a sample of 8 kHz lies.
cut, half, out = 3500.0, 40, array.array("h")
for n in range(int(len(sound) * 8000 / rate)):
    at = n * rate / 8000
    middle, value = round(at), 0.0
    for k in range(max(0, middle - half), min(len(sound), middle + half + 1)):
        x = (k - at)
        s = 2 * cut / rate if x == 0 else math.sin(2 * math.pi * cut / rate * x) / (math.pi * x)
        value += sound[k] * s * (0.5 + 0.5 * math.cos(math.pi * x / (half + 1)))
    out.append(max(-32768, min(32767, round(value * 0.6))))
with wave.open(name, "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(8000)
    file.writeframes(out.tobytes())
PY
  rm "$1.22k.wav"
}

say english.wav en "Good morning. When are you open today?"
say arabic.wav ar "مرحبا، أريد أن أحجز موعدا."
say yes.wav ar "نعم، صحيح."
