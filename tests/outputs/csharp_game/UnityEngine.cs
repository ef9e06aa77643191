// What EmgMovement.cs uses of Unity, so that a compiler finds a mistake in it.
namespace UnityEngine
{
    public class Transform { public void Translate(float x, float y, float z) { } }

    public class MonoBehaviour { public Transform transform; }

    public static class Time { public static float time, deltaTime; }

    public static class JsonUtility { public static T FromJson<T>(string json) => default(T); }
}
