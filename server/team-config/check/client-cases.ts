/** Put to the checks and to the stock client alike: one line each, as the only line of a `.codex/config.toml`. */
export const keyCases: readonly string[] = `
model="x"
review_model="x"
oss_provider="ollama"
chatgpt_base_url="http://x.example/"
openai_base_url="http://x.example/"
model_provider="openai"
model_providers={a={name="a",base_url="http://x.example"}}
profile="x"
profiles={x={model="y"}}
apps_mcp_product_sku="x"
notify=["x"]
otel={environment="x"}
experimental_realtime_ws_base_url="http://x.example"
experimental_realtime_webrtc_call_base_url="http://x.example"
responses_api_metadata={a="b"}
check_for_update_on_startup=false
cli_auth_credentials_store="file"
forced_login_method="chatgpt"
forced_chatgpt_workspace_id="x"
projects={"/x"={trust_level="trusted"}}
log_dir="x"
sqlite_home="/tmp/x"
history={persistence="none"}
analytics={enabled=false}
feedback={enabled=false}
windows={sandbox="elevated"}
mcp_oauth_callback_port=80
mcp_oauth_callback_url="http://x.example"
mcp_oauth_credentials_store="auto"
tui={theme="x"}
desktop={x=1}
audio={microphone="x"}
realtime={type="conversational"}
notice={hide_full_access_warning=true}
marketplaces={a={source_type="git",source="x"}}
plugins={a={enabled=false}}
apps={a={enabled=false}}
agents={max_threads=1}
memories={use_memories=false}
skills={include_instructions=true}
tools={web_search=true}
tool_suggest={discoverables=[]}
shell_environment_policy={inherit="core"}
allow_login_shell=false
background_terminal_max_timeout=5
hooks={}
approval_policy="on-request"
approvals_reviewer="user"
auto_review={policy="x"}
instructions="x"
developer_instructions="x"
compact_prompt="x"
file_opener="vscode"
project_doc_max_bytes=10
project_doc_fallback_filenames=["X.md"]
project_root_markers=[".git"]
web_search="live"
personality="none"
service_tier="flex"
model_reasoning_effort="low"
model_reasoning_summary="auto"
model_verbosity="low"
model_context_window=10
model_auto_compact_token_limit=10
model_auto_compact_token_limit_scope="total"
plan_mode_reasoning_effort="low"
tool_output_token_limit=1000
hide_agent_reasoning=true
show_raw_agent_reasoning=false
disable_paste_burst=true
suppress_unstable_features_warning=true
include_apps_instructions=true
include_collaboration_mode_instructions=true
include_environment_context=true
include_permissions_instructions=true
debug={}
ghost_snapshot={}
js_repl_node_path="x"
experimental_use_unified_exec_tool=true
experimental_realtime_start_instructions="x"
experimental_realtime_ws_backend_prompt="x"
experimental_realtime_ws_model="x"
experimental_realtime_ws_startup_context="x"
experimental_thread_store={type="local"}
mcp_servers={a={command="true"}}
features={memories=false}
sandbox_mode="workspace-write"
sandbox_workspace_write={network_access=true}
cloud={}
daybreak=true
browser_use={}
computer_use={}
goals={}
orchestrator={}
allow_symlinked_codex_home=true
thread_unload_delay_secs=1
mcp_optional_startup_grace_ms=1
model_post_turn_compact_threshold_percent=1
include_environment_context_time=true
a_key_of_tomorrow=1
sandbox="x"
approval_mode="x"
model_supports_reasoning_summaries=true
`
  .trim()
  .split('\n');

/** What clients refuse and what they take, when one value alone does not tell; lines end with ` / `. */
export const configCases: readonly string[] = `
sandbox_mode="nope"
approval_policy="nope"
approval_policy="untrusted"
approval_policy="on-failure"
model=1
a =
[features] / nope=true
[features] / memories=1
[mcp_servers.x] / enabled=true
[mcp_servers.x] / command="true" / nope=1
[mcp_servers.x] / command="true" / url="http://x.example"
[mcp_servers.x] / url="http://x.example" / args=["x"]
[mcp_servers.x] / url="http://x.example" / cwd="x"
[mcp_servers.x] / url="http://x.example" / env={A="b"}
[mcp_servers.x] / url="http://x.example" / bearer_token="x"
[mcp_servers.x] / command="true" / bearer_token_env_var="X"
[mcp_servers.x] / command="true" / http_headers={A="b"}
[mcp_servers.x] / url="http://x.example" / bearer_token_env_var="X" / http_headers={A="b"}
[sandbox_workspace_write] / nope=1
[history] / nope=1
web_search="nope"
model_instructions_file="nothere.md"
model_catalog_json="nothere.json"
experimental_compact_prompt_file="nothere.md"
default_permissions="nothere"
default_permissions=":workspace"
[permissions.a] / extends=":read-only"
default_permissions="a" / [permissions.a] / extends=":read-only"
[hooks] / Stop=[{hooks=[{type="command",command="x"}]}]
[hooks] / Nope=[{hooks=[{type="command",command="x"}]}]
[hooks] / Stop=[{hooks=[{type="nope",command="x"}]}]
[hooks] / Stop=[{hooks=[{type="command"}]}]
[agents.x] / description="x" / config_file="nothere.toml"
`
  .trim()
  .split('\n')
  .map((line) => line.replaceAll(' / ', '\n'));

export const rulesCases: readonly string[] = [
  'prefix_rule(pattern=["git"], decision="prompt")\n',
  'prefix_rule(pattern=["git"\n',
  'nope("x")\n',
  'prefix_rule(pattern=["git","push"], decision="prompt", match=["git pull"])\n',
  'prefix_rule(pattern=["git","push"], decision="prompt", not_match=["git push"])\n',
  'prefix_rule(pattern=["git"], decision="prompt-user")\n',
  'prefix_rule(pattern=["git"], decision="sometimes")\n',
  'network_rule(host="*.x.example", protocol="https", decision="allow")\n',
  'network_rule(host="x.example", protocol="https", decision="allow")\n',
  'host_executable(name="git", paths=["/nowhere/git"])\n',
  '\uFEFFprefix_rule(pattern=["git"])\n',
  '',
  '# a remark\n',
];

const command = '{"type":"command","command":"true"}';
const stop = (handler: string) => `{"hooks":{"Stop":[{"hooks":[${handler}]}]}}`;

export const hooksCases: readonly string[] = [
  stop(command),
  '{',
  '{"hooks":{"Nope":[{"hooks":[]}]}}',
  stop('{"type":"nope","command":"true"}'),
  stop('{"type":"command"}'),
  stop('{"type":"prompt","prompt":"x"}'),
  stop('{"type":"command","command":"true","timeout":-1}'),
  stop('{"type":"command","command":"true","timeout":"5"}'),
  stop('{"type":"command","command":" "}'),
  `{"Stop":[{"hooks":[${command}]}]}`,
  `{"description":"x","hooks":{"Stop":[{"hooks":[${command}]}]}}`,
  '// x\n{"hooks":{}}',
  `{"hooks":{"PreToolUse":[{"matcher":"[","hooks":[${command}]}]}}`,
  `{"hooks":{"PreToolUse":[{"matcher":"Bash|Edit","hooks":[${command}]}]}}`,
];

/** Values of `description`, each in a skill that is fine otherwise. */
export const descriptionCases: readonly string[] = [
  ...'{foo;{a: b};- foo;? foo;>foo;|foo;& foo;&foo bar;!foo bar;foo: bar # x;a # b: c;%foo;%foo: bar;*foo;*foo: bar'.split(
    ';',
  ),
  ...'"quoted": more;[a] b;: x;x:;foo:bar: baz;@foo;@foo: bar;,foo;} foo;] foo;# only;"a" b;Use "x: y" now'.split(';'),
  ...`'unterminated;"unterminated;'a' b;- a: b;? a: b;> a: b;| a: b;"bad \\q escape";"bad \\q: x";it's: fine`.split(
    ';',
  ),
  ...'!!str foo: bar;&a foo: bar;=;<<: x;1.5;12;true;2024-01-01;~;null;"";"   ";[a];{}'.split(';'),
  '`foo`',
  'a\tb: c',
  'd'.repeat(1024),
  'd'.repeat(1025),
  '\u00a0',
  'a\u0001b',
  "'it''s'",
  '|\n  a\n  b',
  '>-\n  a\n  b',
  'a\n  b: c',
];

/** Whole SKILL.md files. */
export const skillCases: Readonly<Record<string, string>> = {
  empty: '',
  'no-matter': 'body\n',
  'no-end': '---\nname: a\ndescription: b\n',
  'end-of-file': '---\nname: a\ndescription: b\n---',
  'nothing-between': '---\n---\nbody',
  'blank-first': '\n---\nname: a\ndescription: b\n---\n',
  mark: '\uFEFF---\nname: a\ndescription: b\n---\n',
  windows: '---\r\nname: a\r\ndescription: b: c\r\n---\r\n',
  'no-name': '---\ndescription: b\n---\n',
  'no-description': '---\nname: a\n---\n',
  'blank-name': '---\nname: ""\ndescription: b\n---\n',
  'name-64': `---\nname: ${'n'.repeat(64)}\ndescription: b\n---\n`,
  'name-65': `---\nname: ${'n'.repeat(65)}\ndescription: b\n---\n`,
  'name-emoji': `---\nname: ${'😀'.repeat(64)}\ndescription: b\n---\n`,
  'short-long': `---\nname: a\ndescription: b\nmetadata:\n  short-description: ${'s'.repeat(1025)}\n---\n`,
  tab: '---\nname: a\n\tdescription: b\n---\n',
  list: '---\n- a\n---\n',
  scalar: '---\nhello\n---\n',
  'number-name': '---\nname: 12\ndescription: b\n---\n',
  'null-name': '---\nname: ~\ndescription: b\n---\n',
  'list-name': '---\nname: [a]\ndescription: b\n---\n',
  'table-name': '---\nname: {a: b}\ndescription: b\n---\n',
  'bracket-name': '---\nname: [\ndescription: b\n---\n',
  twice: '---\nname: a\nname: b\ndescription: c\n---\n',
  'other-twice': '---\nname: a\ndescription: b\nx: 1\nx: 2\n---\n',
  unknown: '---\nname: a\ndescription: b\nallowed-tools: [x]\n---\n',
  'metadata-text': '---\nname: a\ndescription: b\nmetadata: x\n---\n',
  'metadata-nothing': '---\nname: a\ndescription: b\nmetadata:\n---\n',
  'metadata-number': '---\nname: a\ndescription: b\nmetadata:\n  short-description: 5\n---\n',
  'metadata-list': '---\nname: a\ndescription: b\nmetadata:\n  short-description: [1]\n---\n',
  'metadata-colon': '---\nname: a\ndescription: b\nmetadata:\n  short-description: a: b\n---\n',
  'other-colon': '---\nname: a\ndescription: b\nnote: a: b\n---\n',
  'other-percent': '---\nname: a\ndescription: b\nnote: %x\n---\n',
  'item-colon': '---\nname: a\ndescription: b\ntags:\n  - a: b: c\n---\n',
  indented: '---\n  name: a\n  description: b: c\n---\n',
  'four-dashes': '----\nname: a\ndescription: b\n----\n',
  'spaces-behind': '--- \nname: a\ndescription: b\n--- \n',
  'spaces-before': ' ---\nname: a\ndescription: b\n ---\n',
  dots: '---\nname: a\ndescription: b\n...\nbody',
  capitals: '---\nName: a\nDescription: b\n---\n',
  'name-of-lines': '---\nname: "a\\nb"\ndescription: b\n---\n',
  flow: '---\n{name: a, description: b}\n---\n',
  'quoted-keys': '---\n"name": a\n"description": b\n---\n',
  'fence-within': '---\nname: a\ndescription: |\n  ---\n  b\n---\n',
  documents: '---\nname: a\ndescription: b\n--- more\n---\n',
  'old-mac': '---\rname: a\rdescription: b\r---\r',
  directive: '---\n%YAML 1.1\n---\n',
  escape: '---\nname: a\ndescription: "\\uD83D"\n---\n',
};
