// What a script brings to its SDK client: addresses, a fetch that takes notes, a validator that counts.

/** The two addresses that a script is called with. */
export function addresses() {
  const [mcp, pbx] = process.argv.slice(2);
  if (mcp && pbx) return { mcp: new URL(mcp), pbx: pbx.replace(/\/$/, "") };
  console.error(`usage: node ${process.argv[1]} <mcp-url> <pbx-url>`);
  process.exit(2);
}

/**
 * A fetch that writes down what goes over the wire: verb, headers and JSON-RPC method of each
 * request, and the status of its answer. `edit` may change the message before it is sent.
 */
export function recorder(edit = (message) => message) {
  const wire = [];
  const recording = async (url, init = {}) => {
    const message = typeof init.body === "string" ? edit(JSON.parse(init.body)) : undefined;
    const response = await fetch(url, message ? { ...init, body: JSON.stringify(message) } : init);
    wire.push({
      verb: init.method ?? "GET",
      header: (name) => new Headers(init.headers).get(name),
      method: message?.method,
      params: message?.params,
      status: response.status,
    });
    return response;
  };
  return { wire, fetch: recording };
}

/**
 * A JSON Schema validator that counts its work. SDK clients check `structuredContent` only for tools
 * they listed before, and silently not at all otherwise: the count shows that they did.
 */
export class CountingValidator {
  /** How many values were checked. */
  count = 0;

  constructor(validator) {
    this.validator = validator;
  }

  getValidator(schema) {
    const validate = this.validator.getValidator(schema);
    return (value) => {
      this.count += 1;
      return validate(value);
    };
  }
}
