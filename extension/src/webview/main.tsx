/** Where the panel's page begins: the real VS Code and the real document. */
import { Host, type VsCodeApi } from "./host";
import "./style.css";
import { startView } from "./view";

declare function acquireVsCodeApi(): VsCodeApi;

const root = document.getElementById("root");
if (root) startView(new Host(acquireVsCodeApi()), root);
