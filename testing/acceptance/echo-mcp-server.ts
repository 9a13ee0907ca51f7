/** A program for the client's `mcp_servers`: speaks MCP on standard input and output and offers the tool named by its argument. */
export const echoMcpServer = `
const [tool] = process.argv.slice(2);
let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  const lines = (rest + chunk).split('\\n');
  rest = lines.pop();
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line);
    const results = {
      initialize: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: tool, version: '1' } },
      'tools/list': { tools: [{ name: tool, description: tool, inputSchema: { type: 'object', properties: {} } }] },
    };
    if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }));
  }
});
`;
