import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ImageSearch } from './image-search.tsx';

const root = document.querySelector<HTMLElement>('#root');
if (root === null) throw new Error('The page has no element with the id "root".');
createRoot(root).render(
  <StrictMode>
    <ImageSearch endpoint={root.dataset.endpoint ?? '/v1/search'} />
  </StrictMode>,
);
