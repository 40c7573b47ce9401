// The resources: listed, read under both of their names, completed.

import assert from "node:assert/strict";

import { check } from "./checks.mjs";

/** Reads one resource as JSON. */
export function reader(client) {
  return async (uri) => {
    const { contents } = await client.readResource({ uri });
    assert.equal(contents.length, 1);
    assert.equal(contents[0].uri, uri, "answered under the URI that was asked for");
    assert.equal(contents[0].mimeType, "application/json");
    return JSON.parse(contents[0].text);
  };
}

export async function views({ client, read }) {
  const names = ["active-calls", "call-history", "extensions", "messages", "calls", "audit"];

  await check("resources are listed", async () => {
    const { resources } = await client.listResources();
    assert.deepEqual(resources.map(({ uri }) => uri), names.map((name) => `threecx://${name}`));
    for (const resource of resources) {
      assert.ok(resource.name && resource.title && resource.description, resource.uri);
      assert.equal(resource.mimeType, "application/json");
      assert.ok(URL.canParse(resource.uri), `${resource.uri} is no RFC 3986 URI`);
    }
  });

  await check("each of them is the same under threecx:// and 3cx://", async () => {
    for (const name of names) {
      const contents = await read(`threecx://${name}`);
      const alias = await read(`3cx://${name}`);
      assert.deepEqual(withoutTimes(alias), withoutTimes(contents), name);
      const [rows, count] = {
        "active-calls": [contents.activeCalls],
        "call-history": [contents.records, contents.count],
        extensions: [contents.extensions, contents.count],
        messages: [contents.messages, contents.count],
        calls: [contents.calls, contents.count],
        audit: [contents.entries, contents.count],
      }[name];
      assert.ok(Array.isArray(rows), name);
      assert.equal(count ?? rows.length, rows.length, name);
      assert.ok(contents.timestamp, name);
    }
    assert.ok((await read("3cx://extensions")).extensions.some(({ number }) => number === "100"));
  });

  await check("resource templates are listed", async () => {
    const { resourceTemplates } = await client.listResourceTemplates();
    const templates = resourceTemplates.map((template) => template.uriTemplate);
    const known = ["threecx://extensions/{number}", "threecx://calls/{id}/transcript", "3cx://{view}"];
    for (const template of known) {
      assert.ok(templates.includes(template), `${template} is missing`);
    }
  });

  await check("one extension is read under both of its URIs", async () => {
    for (const uri of ["threecx://extensions/100", "3cx://extensions/100"]) {
      const contents = await read(uri);
      assert.equal(contents.extension.number, "100", uri);
      assert.equal(contents.onCall, false, uri);
    }
  });

  await check("a resource that does not exist is a protocol error that names it", async () => {
    for (const uri of ["threecx://nothing", "threecx://extensions/199"]) {
      await assert.rejects(client.readResource({ uri }), { code: -32602, data: { uri } });
    }
  });

  const complete = async (uri, name, value) => {
    const ref = { type: "ref/resource", uri };
    return (await client.complete({ ref, argument: { name, value } })).completion.values;
  };

  await check("{number} is completed from the people there are", async () => {
    const values = await complete("threecx://extensions/{number}", "number", "10");
    assert.ok(values.includes("100") && values.includes("101"), values.join());
    for (const value of values) assert.match(value, /^10/);
    assert.deepEqual(await complete("threecx://extensions/{number}", "number", "no"), []);
  });

  await check("{view} is completed from the views there are", async () => {
    assert.deepEqual(await complete("3cx://{view}", "view", ""), names);
    assert.deepEqual(await complete("3cx://{view}", "view", "ext"), ["extensions"]);
    assert.deepEqual(await complete("3cx://{view}", "view", "no"), []);
  });
}

/** What a view tells, without when it was told. */
function withoutTimes({ timestamp, asOf, from, ...contents }) {
  return contents;
}
