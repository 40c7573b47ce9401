//! The assistants that can connect, and what each wants to have pasted (their own documentation; README
//! has the same table in short).
//!
//! Not here: the texts around it (`words`).

/// One assistant, or several that are set up alike.
pub(super) struct Client {
    pub(super) name: &'static str,
    /// The file or place in its own words; empty: a terminal.
    pub(super) place: &'static str,
    /// What else to know, in English and Arabic; may be empty.
    pub(super) note: [&'static str; 2],
    /// Takes no key: it signs in, or does not come in.
    pub(super) signs_in_only: bool,
    /// What to paste. [`URL`] and [`KEY`] stand for what is put there.
    pub(super) code: &'static str,
}

/// The address of the endpoint.
pub(super) const URL: &str = "{url}";
/// The key. It stays, and is shown as something to replace.
pub(super) const KEY: &str = "YOUR-KEY";

const fn client(
    name: &'static str,
    place: &'static str,
    note: [&'static str; 2],
    code: &'static str,
) -> Client {
    Client {
        name,
        place,
        note,
        signs_in_only: false,
        code,
    }
}

/// In the order in which people look for them.
pub(super) const CLIENTS: [Client; 11] = [
    Client {
        signs_in_only: true,
        ..client(
            "claude.ai, Claude Desktop",
            "Settings › Connectors › Add custom connector",
            ["", ""],
            "{url}",
        )
    },
    Client {
        signs_in_only: true,
        ..client(
            "ChatGPT",
            "Settings › Connectors",
            [
                "With developer mode on, add a custom MCP server.",
                "بعد تفعيل وضع المطوّر (Developer mode) أضف خادم MCP مخصصًا.",
            ],
            "{url}",
        )
    },
    client(
        "Claude Code",
        "",
        ["", ""],
        "claude mcp add --transport http pbx {url} \\\n  --header \"Authorization: Bearer YOUR-KEY\"",
    ),
    client(
        "Cursor",
        ".cursor/mcp.json",
        [
            "Reads the key from the environment variable `PBX_KEY`.",
            "يقرأ المفتاح من متغير البيئة `PBX_KEY`.",
        ],
        r#"{
  "mcpServers": {
    "pbx": {
      "url": "{url}",
      "headers": { "Authorization": "Bearer ${env:PBX_KEY}" }
    }
  }
}"#,
    ),
    client(
        "VS Code, Copilot Chat",
        ".vscode/mcp.json",
        [
            "Asks for the key at the first start, and keeps it.",
            "يسأل عن المفتاح عند أول تشغيل ويحفظه.",
        ],
        r#"{
  "servers": {
    "pbx": {
      "type": "http",
      "url": "{url}",
      "headers": { "Authorization": "Bearer ${input:key}" }
    }
  },
  "inputs": [
    {
      "type": "promptString",
      "id": "key",
      "description": "PBX key",
      "password": true
    }
  ]
}"#,
    ),
    client(
        "Copilot CLI",
        "~/.copilot/mcp-config.json",
        ["", ""],
        r#"{
  "mcpServers": {
    "pbx": {
      "type": "http",
      "url": "{url}",
      "headers": { "Authorization": "Bearer YOUR-KEY" },
      "tools": ["*"]
    }
  }
}"#,
    ),
    client(
        "Copilot cloud agent",
        "Repository settings › Copilot › MCP",
        [
            "The key goes into the repository's secret `COPILOT_MCP_PBX_KEY`.",
            "ضع المفتاح في السر `COPILOT_MCP_PBX_KEY` ضمن أسرار المستودع.",
        ],
        r#"{
  "mcpServers": {
    "pbx": {
      "type": "http",
      "url": "{url}",
      "headers": { "Authorization": "Bearer $COPILOT_MCP_PBX_KEY" },
      "tools": ["*"]
    }
  }
}"#,
    ),
    client(
        "Gemini CLI",
        "~/.gemini/settings.json",
        ["", ""],
        r#"{
  "mcpServers": {
    "pbx": {
      "httpUrl": "{url}",
      "headers": { "Authorization": "Bearer YOUR-KEY" },
      "timeout": 60000
    }
  }
}"#,
    ),
    client(
        "Rovo Dev CLI",
        "~/.rovodev/mcp.json",
        ["", ""],
        r#"{
  "mcpServers": {
    "pbx": {
      "url": "{url}",
      "transport": "http",
      "headers": { "Authorization": "Bearer YOUR-KEY" }
    }
  }
}"#,
    ),
    client(
        "Codex CLI",
        "~/.codex/config.toml",
        [
            "Reads the key from the environment variable `PBX_KEY`.",
            "يقرأ المفتاح من متغير البيئة `PBX_KEY`.",
        ],
        "[mcp_servers.pbx]\nurl = \"{url}\"\nbearer_token_env_var = \"PBX_KEY\"",
    ),
    client(
        "mcp-remote",
        "",
        [
            "For programs that can only start a command (stdio).",
            "للبرامج التي لا تعرف إلا تشغيل أمر (stdio).",
        ],
        r#"{
  "mcpServers": {
    "pbx": {
      "command": "npx",
      "args": ["-y", "mcp-remote", "{url}", "--header", "Authorization:Bearer YOUR-KEY"]
    }
  }
}"#,
    ),
];
