import { createSearchClient, createSearchSession, imageAddress } from 'gsmn-search/search-client';
import { type FormEvent, useEffect, useState, useSyncExternalStore } from 'react';

/** A search session for the life of a component: give it `key={endpoint}` where the endpoint changes. */
export function useImageSearch(endpoint: string) {
  const [session] = useState(() => createSearchSession(createSearchClient({ endpoint }), { limit: 12 }));
  const state = useSyncExternalStore(session.subscribe, session.getState, session.getState);
  useEffect(() => {
    session.resume();
    return session.stop;
  }, [session]);
  return { session, state };
}

export function ImageSearch({ endpoint }: { readonly endpoint: string }) {
  const { session, state } = useImageSearch(endpoint);
  const results = 'results' in state ? state.results : 'previous' in state ? state.previous : undefined;
  const more = results?.more ?? 'end';
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const query = new FormData(event.currentTarget).get('q');
    if (typeof query === 'string') session.search(query);
  };
  return (
    <search aria-busy={state.status === 'searching'}>
      <form onSubmit={submit}>
        <input name="q" type="search" aria-label="What happens in the image" />
      </form>
      {state.status === 'empty' && <p>No image found.</p>}
      {'problem' in state && <p role="alert">{state.problem.message}</p>}
      {results?.hits.map((hit) => (
        <img key={hit.id} src={imageAddress(hit, endpoint)} alt={hit.captions[0] ?? hit.image.name} />
      ))}
      {'problem' in state && <input type="button" value="Try again" onClick={session.retry} />}
      {more !== 'end' && <input type="button" value="More images" onClick={() => void session.more()} />}
    </search>
  );
}
