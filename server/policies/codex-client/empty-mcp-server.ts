import { z } from 'zod';

const Message = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z.object({ protocolVersion: z.string().optional() }).loose().optional(),
});

const answerTo = (method: string, protocolVersion: string | undefined): Record<string, unknown> | null => {
  if (method === 'initialize') {
    return {
      protocolVersion: protocolVersion ?? '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'reeve', version: '1' },
    };
  }
  if (method === 'ping') return {};
  if (method === 'tools/list') return { tools: [] };
  return null;
};

/**
 * `ps/mcp`: an MCP server (streamable HTTP, revision 2025-06-18) without tools. Clients that have apps switched on probe it at start,
 * unauthenticated, and print errors when it is missing.
 */
export async function answerMcp(request: Request): Promise<Response> {
  if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
  const parsed = Message.safeParse(await request.json().catch(() => null));
  if (!parsed.success)
    return Response.json(
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Invalid Request' } },
      { status: 400 },
    );
  const { id, method, params } = parsed.data;
  if (id === undefined) return new Response(null, { status: 202 });
  const result = answerTo(method, params?.protocolVersion);
  if (!result) return Response.json({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
  return Response.json({ jsonrpc: '2.0', id, result });
}
