import '@fontsource-variable/source-serif-4/wght.css';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './shared/styles/tokens.css';
import './shared/styles/base.css';
import './shared/styles/board.css';
import './shared/styles/conformance.css';
import './shared/styles/pages.css';
import './shared/styles/editor.css';
import './shared/styles/tracking.css';
import './shared/styles/print.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { applyTheme, storedTheme } from './shared/lib/theme';

applyTheme(storedTheme());
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
