// Sound that goes and comes bit by bit. Here, because these types of JavaScript have no others in `worker`,
// and because a call passes by here a hundred times a second: what need not go to WebAssembly does not.

/** Of what comes at once no more is taken at a time. */
const ROOM = 16_384;

/** A request body that is written while it is sent. */
export function pipe() {
  const { readable, writable } = new IdentityTransformStream();
  return { readable, writer: writable.getWriter(), waiting: 0, isBroken: false };
}

export const body = (pipe) => pipe.readable;

/**
 * Says how many bytes wait now for the connection to take them; -1: it takes nothing any more.
 * The bytes are WebAssembly memory: they are copied before anyone reads them.
 */
export function write(pipe, bytes) {
  if (pipe.isBroken) return -1;
  const { length } = bytes;
  pipe.waiting += length;
  pipe.writer.write(bytes.slice()).then(
    () => (pipe.waiting -= length),
    () => (pipe.isBroken = true),
  );
  return pipe.waiting;
}

export const close = (pipe) => {
  pipe.writer.close().catch(() => {});
};

export const reader = (response) => response.body?.getReader();

/** The next bytes of a body, or undefined at its end. */
export async function next(reader) {
  const { value, done } = await reader.read();
  return done ? undefined : value;
}

/** Reads a body, so many bytes at least at a time, until it ends or `take` has had enough. */
export async function listen(response, least, take) {
  const reader = response.body?.getReader({ mode: "byob" });
  let room = new Uint8Array(ROOM);
  while (reader) {
    const { value, done } = await reader.readAtLeast(least, room);
    if (!value || (value.length > 0 && !take(value)) || done) return;
    room = new Uint8Array(value.buffer);
  }
}

/** Calls `tick` again and again, until it has had enough. */
export function every(milliseconds, tick) {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      let goesOn = false;
      try {
        goesOn = tick();
      } finally {
        if (!goesOn) {
          clearInterval(timer);
          resolve();
        }
      }
    }, milliseconds);
  });
}
