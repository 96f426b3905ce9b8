export async function throughAmid() {}
