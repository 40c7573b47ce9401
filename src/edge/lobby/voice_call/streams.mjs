// Sound that goes and comes bit by bit. Here, because these types of JavaScript have no others in `worker`.

/** A request body that is written while it is sent. */
export function pipe() {
  const { readable, writable } = new IdentityTransformStream();
  return { readable, writer: writable.getWriter() };
}

export const body = (pipe) => pipe.readable;

/** The bytes are WebAssembly memory: they are copied before anyone reads them. */
export const write = (pipe, bytes) => pipe.writer.write(bytes.slice());

export const close = (pipe) => {
  pipe.writer.close().catch(() => {});
};

export const reader = (response) => response.body?.getReader();

/** The next bytes of a body, or undefined at its end. */
export async function next(reader) {
  const { value, done } = await reader.read();
  return done ? undefined : value;
}
