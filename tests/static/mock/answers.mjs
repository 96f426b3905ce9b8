// How the scripted server answers.
export const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
export const problem = (status, slug, detail, more = {}) => ({ status, body: { type: `/problems/${slug}`, title: slug, status, detail, requestId: 'r1', ...more } });
export const ok = (body, status = 200) => ({ status, body });
export const list = (items) => ok({ items, next: null });
