import { mount } from 'svelte';
import App from './App.svelte';
import { loadLanguage } from './lib/i18n.svelte';
import { session } from './lib/session.svelte';
import './styles/app.css';

void session.load();
await loadLanguage();

const target = document.getElementById('app');
if (target) mount(App, { target });
