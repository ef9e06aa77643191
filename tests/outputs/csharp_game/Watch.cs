using System;
using System.IO;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading;

public static class Watch
{
    static EmgDecision Parse(string text)
    {
        var serializer = new DataContractJsonSerializer(typeof(EmgDecision));
        return (EmgDecision)serializer.ReadObject(new MemoryStream(Encoding.UTF8.GetBytes(text)));
    }

    public static void Main(string[] words)
    {
        var told = "";
        var position = 0;
        using (var receiver = new EmgReceiver(int.Parse(words[0]), Parse))
        {
            while (true)
            {
                receiver.Poll(Environment.TickCount / 1000.0);
                position += receiver.Movement == "wrist_right" ? 1 : 0;
                if (receiver.Movement != told)
                {
                    told = receiver.Movement;
                    Console.WriteLine($"{told} at {position}");
                }
                Thread.Sleep(16);
            }
        }
    }
}
