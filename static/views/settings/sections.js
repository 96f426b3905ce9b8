// The sections of the settings: one row each.
import { text } from '../../core/text.js';
import { DevicesSection } from '../agent/devices.js';
import { AlertsSection } from './alerts.js';
import { KeysSection } from './keys.js';
import { LookSection } from './look.js';
import { SessionsSection } from './sessions.js';

const label = text.settings.sections;

/** @type {import('../parts/tabs.js').Tab[]} */
export const SECTIONS = [
	{ id: 'look', label: label.look, icon: 'sun', view: LookSection },
	{ id: 'devices', label: label.devices, icon: 'headphones', view: DevicesSection },
	{ id: 'alerts', label: label.alerts, icon: 'bell', view: AlertsSection },
	{ id: 'keys', label: label.keys, icon: 'keyboard', view: KeysSection },
	{ id: 'sessions', label: label.sessions, icon: 'monitor', view: SessionsSection },
];
