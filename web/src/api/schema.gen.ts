export interface paths {
  '/auth/register': {
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { 'application/json': components['schemas']['RegisterRequest'] } }; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['RegisterResponse'] } } } } };
  };
  '/auth/prelogin': {
    get: { parameters: { query: { email: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['PreloginResponse'] } } } } };
  };
  '/auth/login': {
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { 'application/json': components['schemas']['LoginRequest'] } }; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['LoginResponse'] } } } } };
  };
  '/auth/logout': {
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null } } } } };
  };
  '/auth/refresh': {
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { 'application/json': components['schemas']['RefreshRequest'] } }; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['RefreshResponse'] } } } } };
  };
  '/user/profile': {
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['Profile'] } } } } };
  };
  '/user/storage': {
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['Storage'] } } } } };
  };
  '/user/password': {
    patch: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { 'application/json': components['schemas']['ChangePasswordRequest'] } }; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null } } } } };
  };
  '/user/keys': {
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['AccountKeys'] } } } } };
    put: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { 'application/json': components['schemas']['UpdateKeysRequest'] } }; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null } } } } };
  };
  '/folders/{id}/children': {
    get: { parameters: { query: { cursor?: string; limit?: number }; header?: never; path: { id: string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['FolderPage'] } } } } };
  };
  '/folders/{id}/heads': {
    get: { parameters: { query: { after: number; limit?: number }; header?: never; path: { id: string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['HeadsPage'] } } } } };
  };
  '/commits': {
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { 'application/json': components['schemas']['CommitRequest'] } }; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['CommitResponse'] } } } } };
  };
  '/files/{id}': {
    get: { parameters: { query?: never; header?: never; path: { id: string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['FileDetails'] } } } } };
  };
  '/files/{id}/download': {
    get: { parameters: { query: { version?: string }; header?: never; path: { id: string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: { [name: string]: unknown }; content: { 'application/json': { success: boolean; message?: string | null; data: components['schemas']['DownloadResponse'] } } } } };
  };
}
export interface components { schemas: {
  RegisterRequest: { email: string; password_hash: string; salt: string };
  RegisterResponse: { user_id: string; email: string; created_at: string };
  PreloginResponse: { salt: string; kdf?: string | null };
  LoginRequest: { email: string; password_hash: string; session?: 'token' | 'cookie' };
  LoginResponse: { access_token: string; token_type: string; expires_in: number; refresh_token?: string | null; user: { id: string; email: string; storage_used: number; storage_limit: number }; keys?: components['schemas']['AccountKeys'] | null };
  RefreshRequest: { refresh_token?: string | null };
  RefreshResponse: { access_token: string; token_type: string; expires_in: number; refresh_token?: string | null };
  AccountKeys: { format: number; user_id: string; salt: string; kdf: string; identity: string; wrapped_key: string; root: string };
  UpdateKeysRequest: { pins?: { epoch: number; sealed: string } | null };
  ChangePasswordRequest: { old_password_hash: string; new_password_hash: string; new_salt: string };
  Profile: { id: string; email: string; storage_used: number; storage_limit: number };
  Storage: { used: number; limit: number; available: number };
  FolderPage: { next_cursor?: string | null; head: { node: string; seq: number; sealed: string } };
  HeadsPage: { heads: { node: string; seq: number; sealed: string }[]; more: boolean };
  CommitRequest: { id: string };
  CommitResponse: { id: string; cursor: string; storage_used: number; storage_limit: number };
  FileDetails: { id: string };
  DownloadResponse: { download_url: string; expires_in: number };
} }
